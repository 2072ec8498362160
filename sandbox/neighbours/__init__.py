"""Programs that live beside Workglue and send webhooks: a quoting program and a company's own website."""
