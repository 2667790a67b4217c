"""Networks and encoders; torch lives only here."""
