"""The SOAP face of the model: requests decoded, answers in the shape and order of Microsoft's schema."""
