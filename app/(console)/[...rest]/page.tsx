import { notFound } from "next/navigation";

/** Any address that is no page: "not found" inside the frame, with the way on beside it. */
export default function NoSuchPage(): never {
  notFound();
}
