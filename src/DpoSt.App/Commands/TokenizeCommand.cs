using System.CommandLine;
using System.Text.Json;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Data;
using DpoSt.Text.Tokenizers;

namespace DpoSt.App.Commands;

/// <summary><c>dpost tokenize</c>: lines of text to lines of token ids, and back.</summary>
internal static class TokenizeCommand
{
    private const string TextLine = "{\"text\": \"...\"}";
    private const string ChatLine = "{\"messages\": [{\"role\": \"user\", \"content\": \"...\"}]}";
    private const string IdsLine = "{\"ids\": [1, 2, 3]}";

    public static Command Create(CommandConsole console)
    {
        var tokenizer = CommandOption.Of<string>(
            "--tokenizer", "A folder with a tokenizer, or one of its files; a model's name on the hub.", "DIR-OR-FILE").Needed();
        var json = CommandOption.Json("Write JSON lines of ids and pieces; without it, ids alone.");
        var noSpecial = CommandOption.Of<bool>("--no-special", "Add no special tokens.");
        var decode = CommandOption.Of<bool>("--decode", $"Read lines of {IdsLine} and write lines of {TextLine}, without special tokens.");
        var chat = CommandOption.Of<bool>(
            "--chat", $"Read lines of {ChatLine} (and \"tools\", and \"add_generation_prompt\": false for a whole conversation) and write "
            + "what the chat template makes of them.");
        var command = new Command("tokenize", CommandHelp.Of(
            $"Read lines of {TextLine} on standard input and write their token ids and pieces.",
            "echo '{\"text\": \"How many?\"}' | dpost tokenize --tokenizer models/flan-t5-base --json"))
        { tokenizer, json, noSpecial, decode, chat };
        var download = new DownloadArgument(command);
        var template = new TemplateArguments(command);
        command.SetAction(parsed =>
        {
            var place = download.Folder(parsed, parsed.GetValue(tokenizer)!, console);
            if (parsed.GetValue(chat))
            {
                Render(console, ChatRenderer.Of(place, template.Options(parsed)), parsed.GetValue(json));
                return;
            }

            var loaded = TokenizerLoader.Load(place);
            console.TellTyped(parsed.GetValue(decode) ? IdsLine : TextLine);
            foreach (var line in JsonLines.Read(console.In, "standard input"))
            {
                console.Cancel.ThrowIfCancellationRequested();
                if (parsed.GetValue(decode))
                {
                    console.WriteJson(new { Text = loaded.Decode(Ids(line, loaded.VocabularySize)) });
                }
                else
                {
                    var ids = loaded.Encode(line.Text("text", TextLine), !parsed.GetValue(noSpecial));
                    console.Write(
                        parsed.GetValue(json), new { Ids = ids, Pieces = ids.Select(loaded.PieceOf) },
                        () => console.Out.WriteLine(string.Join(' ', ids)));
                }
            }
        });
        return command;
    }

    private static void Render(CommandConsole console, ChatRenderer renderer, bool json)
    {
        console.TellTyped(ChatLine);
        foreach (var line in JsonLines.Read(console.In, "standard input"))
        {
            console.Cancel.ThrowIfCancellationRequested();
            var text = renderer.Render(line, ChatLine);
            console.Write(
                json, new { Text = text, Ids = renderer.Ids(text), Pieces = renderer.Pieces(text) }, () => console.Out.WriteLine(text));
        }
    }

    private static List<int> Ids(JsonLine line, int vocabularySize)
    {
        if (line.Property("ids", IdsLine) is not { ValueKind: JsonValueKind.Array } array)
        {
            throw line.Error($"\"ids\" is not a list; expected {IdsLine}.");
        }

        return [.. array.EnumerateArray().Select(id =>
            id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number) && number >= 0 && number < vocabularySize
                ? number
                : throw line.Error($"{id.GetRawText()} is not a token id; the vocabulary has ids from 0 to {vocabularySize - 1}."))];
    }
}
