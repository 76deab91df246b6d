namespace DpoSt.App.Console;

/// <summary>Lets Ctrl-C stop an answer that is being written, and not the program.</summary>
internal sealed class AnswerInterrupt
{
    private readonly Lock gate = new();             // the signal comes on a thread of its own
    private CancellationTokenSource? answer;

    /// <summary>Begins an answer, which lasts until <see cref="End"/>.</summary>
    public CancellationToken Begin(CancellationToken program)
    {
        lock (gate)
        {
            answer = CancellationTokenSource.CreateLinkedTokenSource(program);
            return answer.Token;
        }
    }

    /// <summary>The answer is over.</summary>
    public void End()
    {
        lock (gate)
        {
            answer?.Dispose();
            answer = null;
        }
    }

    /// <summary>Stops the answer; false where none is being written.</summary>
    public bool Stop()
    {
        lock (gate)
        {
            answer?.Cancel();
            return answer is not null;
        }
    }
}
