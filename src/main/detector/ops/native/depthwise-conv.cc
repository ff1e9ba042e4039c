namespace ddod { void registerDepthwise() {} }
