using System.Text.Json;
using DpoSt.Text.Tokenizers.Pipeline;
using DpoSt.Text.Tokenizers.Pipeline.Normalizers;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads a Hugging Face `tokenizer.json`, part by part. A part or field that dpost does not know is an error, never left out:
/// wrong ids would train a wrong model.</summary>
internal static class TokenizerJson
{
    /// <exception cref="UserErrorException">The file is not what it should be; the message names it and what it has.</exception>
    public static ITokenizer Read(ReadOnlyMemory<byte> json, string path, TokenizerConfig config)
    {
        try
        {
            using var document = Parse(json);
            return Read(new JsonPart(document.RootElement, "top level"), path, config);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new UserErrorException(
                $"The tokenizer '{path}' is not a Hugging Face tokenizer.json that dpost can read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>JSON in UTF-8, with or without a byte-order mark.</summary>
    /// <exception cref="JsonException">It is none, or a string in it is not a whole text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
        return JsonTexts.AreWhole(document.RootElement) ? document : throw new JsonException(
            "a string holds an incomplete \\u escape (half a surrogate pair), or bytes that are not UTF-8");
    }

    private static PipelineTokenizer Read(JsonPart root, string path, TokenizerConfig config)
    {
        if (root.Find("model") is not { } modelPart)
        {
            throw new UserErrorException(
                $"The file '{path}' is not a tokenizer: it has no key 'model'; expected Hugging Face's tokenizer.json, "
                + "or a folder that holds it.");
        }

        _ = root.Only(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        CheckLengths(root, config);
        var parts = PipelineParts.Of(root, config);
        var normalizer = parts.Normalizer;
        var (model, pieces) = ModelReader.Read(new(modelPart, "model"), parts.Unknown);
        var added = AddedTokenReader.Read(root, pieces, config);
        var forms = added.Where(t => t.IsNormalized).ToDictionary(t => t.Id, t => Form(t.Content, normalizer));
        var table = Table(pieces, added, forms);
        var pipeline = new TextPipeline(
            new(added.Where(t => !t.IsNormalized)),
            new(added.Where(t => t.IsNormalized).Select(t => t with { Content = Distinct(forms, t) })),
            normalizer,
            parts.PreTokenizer,
            model,
            parts.Decoding);
        var (prefix, suffix) = TemplateReader.Read(root.Part("post_processor"));
        // Its template counts, whatever add_bos_token and add_eos_token say: transformers 5 does not hear them beside this file.
        return new(table, pipeline, (config with { AddBos = null, AddEos = null }).Specials(table, prefix, suffix, path));
    }

    /// <summary>transformers sets lengths anew for every call, the library itself keeps them: for a folder dpost does as the former, for a
    /// file alone, where the two would differ, neither.</summary>
    private static void CheckLengths(JsonPart root, TokenizerConfig config)
    {
        if (root.Find("version") is { } version && root.TextOf(version, "version") != "1.0")
        {
            throw root.Unknown($"the version '{version}'", "1.0");
        }

        if (!config.IsFileAlone)
        {
            return;
        }

        if (root.Find("truncation") is not null)
        {
            throw root.Unknown("a 'truncation', which would cut texts", "null; set it to null in the file, and cut rows by data.* keys");
        }

        if (root.Part("padding") is { } padding && (padding.Find("pad_to_multiple_of") is not null
            || padding.Find("strategy") is not { ValueKind: JsonValueKind.String } strategy || !strategy.ValueEquals("BatchLongest")))
        {
            throw root.Unknown("a 'padding', which would lengthen texts", "null, and BatchLongest alone; set it to null in the file");
        }
    }

    private static string Form(string content, INormalizer? normalizer) =>
        normalizer?.Normalize(new(content.AsMemory(), 0), continues: false).Text.ToString() ?? content;

    /// <summary>The form by which a normalised token is found, which must be its own.</summary>
    private static string Distinct(Dictionary<int, string> forms, AddedToken token) =>
        forms[token.Id].Length > 0 && forms.Values.Count(form => form == forms[token.Id]) == 1 ? forms[token.Id]
        : throw new FormatException($"its normalizer leaves nothing of its added token '{token.Content}', or the same as of another");

    private static TokenTable Table(IReadOnlyList<(string Text, int Id)> vocabulary, AddedToken[] added, Dictionary<int, string> forms)
    {
        var size = vocabulary.Select(p => p.Id).Concat(added.Select(t => t.Id)).Select(id => id + 1L).DefaultIfEmpty().Max();
        // A claimed id may not decide how much is allocated: ids are dense but for a few holes.
        if (size == 0 || size > (2L * (vocabulary.Count + added.Length)) + 1024)
        {
            throw new FormatException($"it has no vocabulary, or ids that are far beyond its {vocabulary.Count} entries");
        }

        var pieces = new string?[size];
        foreach (var (piece, id) in vocabulary)
        {
            pieces[id] = pieces[id] is null
                ? piece : throw new FormatException($"its vocabulary gives '{pieces[id]}' and '{piece}' the same id {id}");
        }

        foreach (var token in added)
        {
            pieces[token.Id] = token.Content;
        }

        // The decoder of the original sees the normalised form, and asks of it whether it is special.
        var special = added.Where(t => t.IsSpecial).Select(t => t.Content).ToHashSet(StringComparer.Ordinal);
        return new(pieces, id => special.Contains(forms.GetValueOrDefault(id) ?? pieces[id] ?? ""), forms);
    }
}
