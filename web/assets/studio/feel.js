/* FEEL as it is spoken here: the functions that there are, not those of other engines. */
import { catalogue } from "./catalogue.js";

/** What the libraries' editors of expressions are told. */
export const LANGUAGE = {
  parserDialect: "camunda",
  builtins: catalogue.functions.map(({ name, parameters }) => ({
    name,
    type: "function",
    params: parameters.map((each) => ({ name: each })),
  })),
};
