/* English labels of the libraries where theirs speak of what a person here does not know. */
export default {
  "Create element": "More elements",
  "Append element": "More that can follow",
  "Sub-processes": "Calls",
  "Search diagram": "Search in the diagram",
};
