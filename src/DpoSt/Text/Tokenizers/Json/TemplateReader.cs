namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `post_processor` of a tokenizer.json: what is put around a text.</summary>
internal static class TemplateReader
{
    public static (int[] Prefix, int[] Suffix) Read(JsonPart? processor)
    {
        JsonPart[] steps = processor is { } part ? [.. Flat(part)] : [];
        if (steps.Length > 1)
        {
            throw steps[1].Unknown("a second TemplateProcessing", "one");
        }

        return steps.Length == 0 ? ([], []) : Single(steps[0].Only("single", "pair", "special_tokens"));
    }

    private static IEnumerable<JsonPart> Flat(JsonPart part) => part.Type switch
    {
        "Sequence" => part.Only("processors").Parts("processors").SelectMany(Flat),
        "TemplateProcessing" => [part],
        // It moves places in the text, not ids.
        "ByteLevel" => part.Bare<JsonPart[]>([], "add_prefix_space", "trim_offsets", "use_regex"),
        _ => throw part.UnknownType("Sequence", "TemplateProcessing", "ByteLevel"),
    };

    private static (int[] Prefix, int[] Suffix) Single(JsonPart template)
    {
        var (prefix, suffix, texts) = (new List<int>(), new List<int>(), 0);
        foreach (var piece in template.Parts("single"))
        {
            if (piece.Only("Sequence", "SpecialToken").Find("Sequence") is { } sequence)
            {
                var id = new JsonPart(sequence, "post_processor").Text("id");
                texts += id == "A" ? 1 : throw template.Unknown($"the sequence '{id}' in its template for one text", "A");
                continue;
            }

            var name = new JsonPart(piece.Need("SpecialToken"), "post_processor").Text("id");
            var special = new JsonPart(new JsonPart(template.Need("special_tokens"), "post_processor").Need(name), "post_processor");
            (texts > 0 ? suffix : prefix).AddRange(special.List("ids").Select(id => special.NumberOf(id, "ids")));
        }

        return texts == 1
            ? ([.. prefix], [.. suffix]) : throw template.Unknown($"a template for one text that holds the text {texts} times", "once");
    }
}
