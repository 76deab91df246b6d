#!/usr/bin/env dotnet
#:package DpoSt.Core@0.1.0
#:property PublishAot=false

// Answers many questions together, each as soon as it is ready:  dotnet run batch.cs MODEL QUESTIONS.txt
using System.Diagnostics;
using DpoSt.Answering;

string[] questions = args.Length > 1
    ? await File.ReadAllLinesAsync(args[1])
    : [.. Enumerable.Range(2, 20).Select(n => $"A box holds {n} pens. How many pens do {n + 1} boxes hold?")];
await using var model = await LanguageModel.LoadAsync(args[0], new LanguageModelOptions { MaxNewTokens = 128 });
var watch = Stopwatch.StartNew();
var tokens = 0;
await foreach (var (index, answer) in model.AnswerManyAsync(questions))
{
    tokens += answer.Tokens;
    Console.WriteLine($"{index}: {answer.Number?.ToString() ?? "none"}  {answer.Text.ReplaceLineEndings(" ")}");
}

Console.WriteLine($"{questions.Length} answers, {tokens / watch.Elapsed.TotalSeconds:0} tokens a second");
