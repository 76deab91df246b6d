namespace DpoSt.Text.Tokenizers.Pipeline.Models;

/// <summary>Turns what the pre-tokenizer cut into ids.</summary>
internal interface IModel
{
    /// <exception cref="UserErrorException">The vocabulary cannot say this text.</exception>
    void Encode(ReadOnlySpan<char> word, List<int> ids);
}
