/* English labels of the libraries where theirs speak of what a person here does not know. */

/** Sentences with something in them. */
export const patterns = [
  [/^Unrecognized token/, "This cannot be understood"],
  [/^Incomplete </, "This is not complete"],
];

export default {
  "Create element": "More elements",
  "Append element": "More that can follow",
  "Sub-processes": "Calls",
  "Search diagram": "Search in the diagram",
  Collaboration: "Diagram",
  Participant: "Process",
};
