#!/usr/bin/env dotnet
#:package DpoSt.Core@0.1.0
#:property PublishAot=false

// Asks a model one question and shows the answer while it is written:  dotnet run solve.cs MODEL "question"
using DpoSt.Answering;

var question = args.Length > 1 ? args[1] : "Tom has 3 bags of 12 apples. How many apples does he have?";
await using var model = await LanguageModel.LoadAsync(args[0]);
await foreach (var piece in model.StreamAsync(question))
{
    Console.Write(piece.ByCalculator ? $"[{piece.Text}]" : piece.Text);
    if (piece.Whole is { } answer)
    {
        Console.WriteLine($"\nanswer: {answer.Number?.ToString() ?? "none"} ({answer.Tokens} tokens, {answer.CalculatorTokens} by the calculator)");
    }
}
