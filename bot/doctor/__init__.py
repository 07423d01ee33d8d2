"""One list of checks for `breakwater doctor`, the console's health page and the first-run page. Looking changes nothing."""
