namespace DpoSt.App.Console;

/// <summary>Lets Ctrl-C stop an answer that is being written, and not the program.</summary>
internal sealed class AnswerInterrupt
{
    private CancellationTokenSource? answer;

    /// <summary>Begins an answer; ends with the source's disposal by <see cref="End"/>.</summary>
    public CancellationToken Begin(CancellationToken program)
    {
        answer = CancellationTokenSource.CreateLinkedTokenSource(program);
        return answer.Token;
    }

    /// <summary>The answer is over.</summary>
    public void End()
    {
        var over = Interlocked.Exchange(ref answer, null);
        over?.Dispose();
    }

    /// <summary>Stops the answer; false where none is being written.</summary>
    public bool Stop()
    {
        var running = answer;
        running?.Cancel();
        return running is not null;
    }
}
