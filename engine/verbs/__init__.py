"""Every verb of Casetrail, the same at every door: what it is asked with, and what does it."""
