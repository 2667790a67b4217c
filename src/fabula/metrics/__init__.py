"""How good captions and rankings are: the measures of the field, on strings and arrays, without downloads."""
