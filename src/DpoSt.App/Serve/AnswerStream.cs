using System.Threading.Channels;
using DpoSt.Answering.Live;
using DpoSt.Generation;

namespace DpoSt.App.Serve;

/// <summary>Several answers as they are written.</summary>
internal static class AnswerStream
{
    /// <summary>Pieces with the place of their answer, in the order in which they come; an answer's last has its whole.</summary>
    public static async IAsyncEnumerable<(int Index, WrittenText? Piece, Generated? Whole)> Merge(
        IReadOnlyList<LiveAnswer> answers, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var merged = Channel.CreateUnbounded<(int, WrittenText?, Generated?)>();
        var pumps = Task.WhenAll(answers.Select((answer, i) => PumpAsync(answer, i, merged.Writer)));
        _ = pumps.ContinueWith(
            all => merged.Writer.TryComplete(all.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
        await foreach (var piece in merged.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            yield return piece;
        }

        await pumps.ConfigureAwait(false);
    }

    private static async Task PumpAsync(LiveAnswer answer, int index, ChannelWriter<(int, WrittenText?, Generated?)> merged)
    {
        await foreach (var piece in answer.Pieces.ConfigureAwait(false))
        {
            merged.TryWrite((index, piece, null));
        }

        merged.TryWrite((index, null, await answer.Result.ConfigureAwait(false)));
    }
}
