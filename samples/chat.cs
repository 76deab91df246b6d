#!/usr/bin/env dotnet
#:package DpoSt.Core@0.1.0
#:property PublishAot=false

// A conversation with a model that has a chat template:  dotnet run chat.cs MODEL
using DpoSt.Answering;

await using var model = await LanguageModel.LoadAsync(args[0]);
var turns = new List<ChatTurn>();
while (Console.ReadLine() is { Length: > 0 } said)
{
    turns.Add(new ChatTurn("user", said));
    await foreach (var piece in model.StreamChatAsync(turns, new AnswerSettings { MaxNewTokens = 200, UseCalculator = false }))
    {
        Console.Write(piece.Text);
        if (piece.Whole is { } answer)
        {
            turns.Add(new ChatTurn("assistant", answer.Text));
        }
    }

    Console.WriteLine();
}
