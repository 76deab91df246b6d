#!/usr/bin/env dotnet
#:package DpoSt.Core@0.1.0
#:property PublishAot=false

// Which of several answers does a model hold for likelier?  dotnet run score.cs MODEL PROMPT ANSWER ANSWER ...
using DpoSt.Answering;

var prompt = args.Length > 1 ? args[1] : "Tom has 3 bags of 12 apples. How many apples does he have?";
string[] answers = args.Length > 2 ? args[2..] : ["36", "15", "elephants"];
await using var model = await LanguageModel.LoadAsync(args[0]);
foreach (var answer in answers)
{
    var score = await model.ScoreAsync(prompt, answer);
    Console.WriteLine($"{score.LogProb,9:0.000} nats, {score.Tokens} tokens: {answer}");
}
