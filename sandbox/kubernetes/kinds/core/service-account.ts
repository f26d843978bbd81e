import { ageColumn, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

export const serviceAccounts = kindOf("v1", "serviceaccounts", { columns: [nameColumn, ageColumn] });
