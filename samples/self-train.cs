#!/usr/bin/env dotnet
#:package DpoSt.Core@0.1.0
#:property PublishAot=false

// The whole loop on questions and a verifier of one's own:  dotnet run self-train.cs MODEL FOLDER [override ...]
// The questions: is a number even? The verifier takes "yes" and "no" at the end of an answer, in whatever case.
using DpoSt.SelfTraining;
using DpoSt.Verification;

var questions = new TrainingQuestions(Numbers(0, 60), Numbers(60, 20), Numbers(80, 60));
var job = new TrainingJob
{
    Model = args[0],
    Folder = args[1],
    Overrides = args[2..],
    Verifier = new YesOrNo(),
    Progress = new Progress<TrainingProgress>(now => Console.Error.Write($"\r{now.Stage}: {now.Done} of {now.Total} {now.Unit}   ")),
};
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;                       // what is done is saved: the same command goes on from there
    stop.Cancel();
};
foreach (var model in await SelfTrainer.RunAsync(job, questions, stop.Token))
{
    Console.WriteLine($"{model.Name}: {model.Accuracy:0.0 %} ({model.Low:0.0 %} to {model.High:0.0 %}) in {model.Folder}");
}

static TrainingQuestion[] Numbers(int first, int count) =>
[
    .. Enumerable.Range(first, count).Select(n => new TrainingQuestion(
        $"Is {n} even?", n % 2 == 0 ? "yes" : "no", $"{n} ends in {n % 10}. The answer is {(n % 2 == 0 ? "yes" : "no")}")),
];

sealed class YesOrNo : IVerifier
{
    public string Name => "yes-or-no";

    public string? Refusal(string gold) => gold is "yes" or "no" ? null : "expected yes or no";

    public Judgement Judge(string gold, string text)
    {
        var found = text.TrimEnd('.', ' ', '\n').Split(' ')[^1].ToLowerInvariant();
        return found is "yes" or "no"
            ? new Judgement(found == gold ? Verdict.Correct : Verdict.Wrong, found, "the last word")
            : new Judgement(Verdict.Invalid, null, "it ends with neither yes nor no");
    }

    public bool AreSame(string found, string other) => found == other;
}
