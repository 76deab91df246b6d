namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>A step of decoding, in the middle of a text: tokens go in one by one, what is known of the text comes out.</summary>
internal interface IDecoding
{
    IEnumerable<string> Add(string token);

    /// <summary>What is left when no token follows.</summary>
    IEnumerable<string> End();
}
