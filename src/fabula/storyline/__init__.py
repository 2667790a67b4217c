"""What a film is about, shot by shot: tags, curves, and what comes next."""
