namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>Hugging Face's own library (in Rust, by Tokenizers.DotNet), which shares no line with ours. It reads a file and always adds
/// special tokens; decoding leaves them out.</summary>
internal sealed class OriginalTokenizer : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly global::Tokenizers.DotNet.Tokenizer tokenizer;

    public OriginalTokenizer(string json)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "the original is installed for Linux on x64 alone");
        var path = folder.File("tokenizer.json");
        File.WriteAllText(path, json);
        tokenizer = new(path);
    }

    public int[] Encode(string text) => [.. tokenizer.Encode(text).Select(id => (int)id)];

    public string Decode(IEnumerable<int> ids) => tokenizer.Decode([.. ids.Select(id => (uint)id)]);

    public void Dispose()
    {
        tokenizer.Dispose();
        folder.Dispose();
    }
}
