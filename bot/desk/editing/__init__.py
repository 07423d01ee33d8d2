"""A script as a form or as text: what can be changed, what stands where, and what is wrong with it as it is typed."""
