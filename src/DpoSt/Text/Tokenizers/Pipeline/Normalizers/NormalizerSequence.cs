namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>One normalizer after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues) =>
        steps.Aggregate(stretch, (sofar, step) => step.Normalize(sofar, continues));
}
