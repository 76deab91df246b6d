using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>`Split`: cuts at what an expression matches.</summary>
internal sealed class PatternSplit(Expression pattern, Behaviour behaviour, bool inverts) : IPreTokenizer
{
    public void Split(Stretch stretch, bool continues, List<Stretch> parts) =>
        Cutting.Cut(stretch, pattern.Matches(stretch.Span), behaviour, inverts, parts);
}
