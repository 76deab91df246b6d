using Microsoft.ML.Tokenizers;

namespace DpoSt.Tests;

/// <summary>The real T5 and Llama-2 SentencePiece models by way of a library that is not ours; without special tokens.</summary>
internal static class SharedTokenizers
{
    // The library looks up the id of the begin-of-sentence piece, and T5 has none (-1). A model file may be continued: this appends a
    // second trainer_spec (field 2) that sets bos_id (field 41) to the id of the unknown piece, and parsing merges the two.
    private static readonly byte[] BosIsUnknown = [0x12, 0x03, 0xC8, 0x02, 0x02];

    public static SentencePieceTokenizer T5() => Create(SharedFolder.Path("tokenizers", "t5", "spiece.model"), BosIsUnknown);

    public static SentencePieceTokenizer Llama2() => Create(SharedFolder.Path("tokenizers", "llama-2", "tokenizer.model"), []);

    private static SentencePieceTokenizer Create(string path, byte[] continuation)
    {
        using var stream = new MemoryStream([.. File.ReadAllBytes(path), .. continuation]);
        return SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
    }
}
