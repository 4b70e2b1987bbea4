"""What a person sees: `roomctl`, its commands, and the Textual interface. Data comes through the client alone."""
