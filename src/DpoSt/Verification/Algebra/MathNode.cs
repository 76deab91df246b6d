using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>What a formula says. The first five are scalars; the rest is made of them.</summary>
internal abstract record MathNode;

/// <summary>A number as written, exactly.</summary>
internal sealed record Literal(Fraction Value) : MathNode;

/// <summary>A variable, with its index if any.</summary>
internal sealed record Symbol(string Name) : MathNode;

/// <summary>pi, e, i or inf.</summary>
internal sealed record Constant(string Name) : MathNode;

/// <summary>Two scalars under <c>+ - * / ^</c>, or under <c>±</c> and <c>∓</c>, which stand for two values.</summary>
internal sealed record Operation(char Kind, MathNode Left, MathNode Right) : MathNode;

/// <summary>A function of scalars: sin, log (base, x), root (degree, x), percent, degrees, !.</summary>
internal sealed record Call(string Function, IReadOnlyList<MathNode> Arguments) : MathNode;

/// <summary>Values side by side without brackets: <c>1, 2</c>, or <c>1 or 2</c>.</summary>
internal sealed record Listing(IReadOnlyList<MathNode> Items) : MathNode;

/// <summary>A tuple or an interval: which, its brackets and what it is compared with tell.</summary>
internal sealed record Bracketed(char Open, IReadOnlyList<MathNode> Items, char Close) : MathNode;

/// <summary><c>\{1, 2\}</c>.</summary>
internal sealed record SetOf(IReadOnlyList<MathNode> Items) : MathNode;

/// <summary>Sets joined by <c>∪</c>, met by <c>∩</c>, or one without the other (<c>\</c>).</summary>
internal sealed record SetOperation(char Kind, IReadOnlyList<MathNode> Sets) : MathNode;

/// <summary>Rows of equally many cells.</summary>
internal sealed record Matrix(IReadOnlyList<IReadOnlyList<MathNode>> Rows) : MathNode;

/// <summary>A chain of relations, a sign between each two sides: <c>= &lt; &gt; ≤ ≥ ≠ ∈</c>.</summary>
internal sealed record Relation(IReadOnlyList<MathNode> Sides, IReadOnlyList<char> Signs) : MathNode;

/// <summary>Words: a day, a name, a choice.</summary>
internal sealed record Words(string Text) : MathNode;
