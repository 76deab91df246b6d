namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>Cuts text into what the model sees one by one.</summary>
internal interface IPreTokenizer
{
    /// <summary>Adds the parts of a stretch that are not empty.</summary>
    /// <param name="continues">Whether the whole text goes on where another stopped: nothing is put in front of it.</param>
    void Split(Stretch stretch, bool continues, List<Stretch> parts);
}
