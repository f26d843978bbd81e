import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvText, withPasted } from "../../../components/fields/env-text.ts";

const read = (text: string) => Object.fromEntries(parseEnvText(text).variables.map(({ name, value }) => [name, value]));

describe(".env text", () => {
  it("is read line by line, without comments and exports", () => {
    expect(read("# why\n\nA=1\nexport B = two words \nC=\nD=x # said beside it\nE=a#b\r\nF=k=v")).toEqual({
      A: "1",
      B: "two words",
      C: "",
      D: "x",
      E: "a#b",
      F: "k=v",
    });
  });

  it("keeps what stands in quotes, over several lines too", () => {
    expect(read(`A=" x "\nB='$HOME # no'\nC="one\\ntwo \\"2\\""\nKEY="-----BEGIN\nabc\n-----END" # key\nD=1`)).toEqual({
      A: " x ",
      B: "$HOME # no",
      C: 'one\ntwo "2"',
      KEY: "-----BEGIN\nabc\n-----END",
      D: "1",
    });
  });

  it("names the lines that are no variables and reads on", () => {
    const { variables, strange } = parseEnvText("A=1\nnonsense\n1B=2\nC='never closed\nD=4");
    expect(variables).toEqual([
      { name: "A", value: "1" },
      { name: "D", value: "4" },
    ]);
    expect(strange).toEqual(["nonsense", "1B=2", "C='never closed"]);
  });

  it("reads back whatever value is written in double quotes", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(!value.includes("\r"));
        expect(read(`A="${value.replace(/[\\"]/g, "\\$&")}"`)).toEqual({ A: value });
      }),
    );
  });
});

describe("pasted variables", () => {
  it("give names that are there their new value in place, and follow otherwise; blank rows go", () => {
    const rows = [
      { name: "A", value: "1" },
      { name: "", value: "" },
      { name: "B", value: "2" },
    ];
    const pasted = [
      { name: "C", value: "3" },
      { name: "A", value: "new" },
      { name: "C", value: "last" },
    ];
    expect(withPasted(rows, pasted)).toEqual([
      { name: "A", value: "new" },
      { name: "B", value: "2" },
      { name: "C", value: "last" },
    ]);
  });
});
