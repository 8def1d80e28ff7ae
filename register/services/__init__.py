"""The verbs of the register, one module a subject: keyword-only, atomic, audit line beside."""
