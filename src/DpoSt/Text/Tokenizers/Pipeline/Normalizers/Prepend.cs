namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Puts something in front of a text that is not empty.</summary>
internal sealed class Prepend(string prefix) : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues) =>
        continues && stretch.AtStart > 0 ? stretch : stretch.Behind(prefix);
}
