namespace DpoSt.Text.Tokenizers;

/// <summary>Finds the tokenizer in a model's folder.</summary>
public static class TokenizerLoader
{
    private static readonly string[] Names = ["tokenizer.json"];

    /// <summary>Loads a tokenizer from a file or from what a folder holds.</summary>
    /// <exception cref="UserErrorException">There is no tokenizer, or it is not one that dpost knows.</exception>
    public static ITokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = File.Exists(path) ? path : FindIn(path);
        var config = TokenizerConfig.ReadBeside(Path.GetDirectoryName(Path.GetFullPath(file))!);
        return TokenizerJson.Read(File.ReadAllText(file), file, config);
    }

    private static string FindIn(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new UserErrorException($"There is no tokenizer at '{folder}': expected a tokenizer.json.");
}
