namespace DpoSt.Configuration.Interpolations;

/// <summary>A parsed text with interpolations, or a part of one.</summary>
internal abstract record InterpolationSyntax;

/// <summary>A value that stands for itself: null, a bool, a whole number, a double or text.</summary>
internal sealed record ConstantSyntax(object? Value) : InterpolationSyntax;

/// <summary>Parts that together make a text.</summary>
internal sealed record TextSyntax(IReadOnlyList<InterpolationSyntax> Parts) : InterpolationSyntax;

/// <summary><c>${a.b[0]}</c>: the key as it is written, in parts, some of which may be interpolations themselves.</summary>
internal sealed record ReferenceSyntax(IReadOnlyList<InterpolationSyntax> Key) : InterpolationSyntax;

/// <summary><c>${name:argument,argument}</c>.</summary>
internal sealed record CallSyntax(IReadOnlyList<InterpolationSyntax> Name, IReadOnlyList<InterpolationSyntax> Arguments)
    : InterpolationSyntax;

/// <summary><c>[a, b]</c> among arguments.</summary>
internal sealed record ListSyntax(IReadOnlyList<InterpolationSyntax> Items) : InterpolationSyntax;

/// <summary><c>{a: 1}</c> among arguments; a key that is null is <see cref="DBNull"/>, and stands in texts only.</summary>
internal sealed record MapSyntax(IReadOnlyList<(object Key, InterpolationSyntax Value)> Entries) : InterpolationSyntax;
