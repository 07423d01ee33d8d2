"""The way of a draft: saved, judged by a safeguarding lead and a youth panel, published."""
