"""Pictures: one function each, from a Summary or a run to a Figure. They compute nothing and draw no random number."""
