"""Stories: pictures and films told again, in the style of any book, from evidence that can be checked."""
