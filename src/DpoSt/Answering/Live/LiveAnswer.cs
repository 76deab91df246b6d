using System.Threading.Channels;
using DpoSt.Generation;

namespace DpoSt.Answering.Live;

/// <summary>An answer that is being written.</summary>
internal sealed class LiveAnswer(GenerationRequest request, CancellationToken cancel)
{
    private readonly Channel<WrittenText> pieces = Channel.CreateUnbounded<WrittenText>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<Generated> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is to be written.</summary>
    public GenerationRequest Request => request;

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsGone => cancel.IsCancellationRequested;

    /// <summary>The finished answer.</summary>
    public Task<Generated> Result => result.Task;

    /// <summary>Its pieces as they come; one reader may read them.</summary>
    public IAsyncEnumerable<WrittenText> Pieces => pieces.Reader.ReadAllAsync(cancel);

    /// <summary>Takes the next piece.</summary>
    public void Add(WrittenText piece) => pieces.Writer.TryWrite(piece);

    /// <summary>It is whole.</summary>
    public void Finish(Generated whole)
    {
        pieces.Writer.TryComplete();
        result.TrySetResult(whole);
    }

    /// <summary>It will not be finished.</summary>
    public void Fail(Exception error)
    {
        pieces.Writer.TryComplete(error);
        result.TrySetException(error);
        _ = result.Task.Exception;                   // seen: whoever reads the pieces may not look at the result
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Drop()
    {
        pieces.Writer.TryComplete(new OperationCanceledException(cancel));
        result.TrySetCanceled(cancel);
    }
}
