package route

// PatternWithin is Pattern with another limit than MaxBytes.
var PatternWithin = patternWithin
