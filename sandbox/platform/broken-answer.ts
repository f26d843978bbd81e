import { type ServerResponse } from "node:http";

type Break = { kind: "lose-answer" } | { kind: "cut" | "truncate"; bytes: number };

/**
 * Makes a response go wrong while its handler believes that it answers: nothing of it arrives (`lose-answer`), the
 * connection breaks after `bytes` of the body (`cut`), or the body ends there as if it were whole (`truncate`).
 */
export function breakAnswer(response: ServerResponse, fault: Break): ServerResponse {
  const { write, end, writeHead, flushHeaders } = response;
  const send = (piece: Buffer, then: () => void) => Reflect.apply(write, response, [piece, then]);
  let left = fault.kind === "lose-answer" ? 0 : fault.bytes;
  let isOver = false;

  const finish = () => {
    if (isOver) return;
    isOver = true;
    if (fault.kind === "truncate") Reflect.apply(end, response, []);
    else response.destroy();
  };
  const take = (chunk: unknown, encoding: unknown): void => {
    const piece = bytesOf(chunk, encoding).subarray(0, left);
    left -= piece.length;
    if (isOver || piece.length === 0) return;
    send(piece, () => {
      if (left === 0) finish();
    });
  };

  return Object.assign(response, {
    // The length that the handler announces would give a truncated body away.
    writeHead: (...args: unknown[]): unknown =>
      Reflect.apply(writeHead, response, fault.kind === "truncate" ? args.map(withoutLength) : args),
    flushHeaders: () => {
      if (fault.kind !== "lose-answer") Reflect.apply(flushHeaders, response, []);
    },
    write: (chunk: unknown, ...rest: unknown[]): boolean => {
      take(chunk, rest[0]);
      callbackOf(rest)?.();
      return true;
    },
    end: (...args: unknown[]): ServerResponse => {
      take(args[0], args[1]);
      // An answer that is shorter than the break ends as it should; one that gets lost breaks off here.
      if (fault.kind === "lose-answer") finish();
      else if (!isOver && left > 0) Reflect.apply(end, response, []);
      callbackOf(args)?.();
      return response;
    },
  });
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk !== "string") return Buffer.alloc(0);
  return Buffer.from(chunk, typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8");
}

const callbackOf = (args: unknown[]): (() => void) | undefined =>
  args.find((each): each is () => void => typeof each === "function");

function withoutLength(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null) return argument;
  return Object.fromEntries(Object.entries(argument).filter(([name]) => name.toLowerCase() !== "content-length"));
}
