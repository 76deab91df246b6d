namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Changes text before it is cut.</summary>
internal interface INormalizer
{
    /// <param name="continues">Whether the whole text goes on where another stopped: nothing is put in front of it.</param>
    Stretch Normalize(Stretch stretch, bool continues);
}
