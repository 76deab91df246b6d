using DpoSt.Generation;

namespace DpoSt.Answering.Live;

/// <summary>What many threads ask of a model, for the one thread that computes.</summary>
internal sealed class LiveQueue(int maxWaiting) : IRequestQueue
{
    private readonly object door = new();
    private readonly Queue<LiveAnswer> waiting = [];
    private readonly Queue<(Action Run, Action<Exception> Fail)> jobs = [];
    private readonly Dictionary<int, LiveAnswer> running = [];
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? closed;
    private int next;
    private long written;

    /// <summary>Ends once the model has room for its texts, and fails where it has not.</summary>
    public Task Ready => ready.Task;

    /// <summary>How many texts wait, and how many are written.</summary>
    public (int Waiting, int Running) Count
    {
        get
        {
            lock (door)
            {
                return (waiting.Count, running.Count);
            }
        }
    }

    /// <summary>Puts answers into the queue: all of them or, where they have no room, none.</summary>
    /// <exception cref="QueueFullException">There is no room.</exception>
    public void Add(IReadOnlyCollection<LiveAnswer> answers)
    {
        lock (door)
        {
            ThrowIfClosed();
            if (waiting.Count + answers.Count > maxWaiting)
            {
                throw new QueueFullException(
                    $"{answers.Count} texts are asked for, {waiting.Count} wait already, and there is room for {maxWaiting}: "
                    + $"{(answers.Count > maxWaiting ? "ask for fewer at a time" : "ask again later")}.");
            }

            foreach (var answer in answers)
            {
                waiting.Enqueue(answer);
            }

            Monitor.Pulse(door);
        }
    }

    /// <summary>Lets the model's thread do something else between two steps.</summary>
    public Task<T> Do<T>(Func<T> work, CancellationToken cancel)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (door)
        {
            ThrowIfClosed();
            if (jobs.Count >= maxWaiting)
            {
                throw new QueueFullException($"{jobs.Count} prompts wait to be scored: ask again later.");
            }

            jobs.Enqueue((Run, e => result.TrySetException(e)));
            Monitor.Pulse(door);
        }

        return result.Task;

        void Run()
        {
            try
            {
                cancel.ThrowIfCancellationRequested();
                result.TrySetResult(work());
            }
            catch (Exception e)
            {
                result.TrySetException(e);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(int Index, GenerationRequest Request)> Take(int most, bool wait)
    {
        ready.TrySetResult();
        while (true)
        {
            lock (door)
            {
                var taken = new List<(int, GenerationRequest)>();
                while (taken.Count < most && waiting.TryDequeue(out var answer))
                {
                    if (answer.IsGone)
                    {
                        answer.Drop();
                        continue;
                    }

                    running.Add(next, answer);
                    taken.Add((next++, answer.Request));
                }

                if (taken.Count > 0 || !wait || (closed is not null && jobs.Count == 0))
                {
                    return taken;
                }

                if (jobs.Count == 0)
                {
                    Monitor.Wait(door);
                }
            }

            BeforeStep();
        }
    }

    /// <inheritdoc/>
    public void BeforeStep()
    {
        Action? job;
        lock (door)
        {
            job = jobs.TryDequeue(out var first) ? first.Run : null;
        }

        job?.Invoke();
    }

    /// <inheritdoc/>
    public bool IsGone(int index)
    {
        lock (door)
        {
            if (!running.TryGetValue(index, out var answer) || !answer.IsGone)
            {
                return false;
            }

            running.Remove(index);
            answer.Drop();
            return true;
        }
    }

    /// <summary>How many tokens have been written.</summary>
    public long WrittenTokens => Interlocked.Read(ref written);

    /// <summary>A piece of an answer has been written.</summary>
    public void Written(WrittenText piece)
    {
        Interlocked.Add(ref written, piece.Token is null ? 0 : 1);
        Running(piece.Index)?.Add(piece);
    }

    /// <summary>An answer is whole.</summary>
    public void Finished(Generated whole)
    {
        var answer = Running(whole.Index);
        lock (door)
        {
            running.Remove(whole.Index);
        }

        answer?.Finish(whole);
    }

    /// <summary>Takes nothing more; what waits is still answered.</summary>
    public void Close()
    {
        lock (door)
        {
            closed ??= new UserErrorException("the model is being closed and takes no more questions.");
            Monitor.Pulse(door);
        }
    }

    /// <summary>The model cannot go on: nothing more is taken, and nobody waits in vain.</summary>
    public void Fail(Exception error)
    {
        LiveAnswer[] left;
        (Action Run, Action<Exception> Fail)[] undone;
        lock (door)
        {
            closed = error;
            left = [.. running.Values, .. waiting];
            undone = [.. jobs];
            running.Clear();
            waiting.Clear();
            jobs.Clear();
        }

        ready.TrySetException(error);
        Array.ForEach(left, answer => answer.Fail(error));
        Array.ForEach(undone, job => job.Fail(error));
    }

    private void ThrowIfClosed()
    {
        if (closed is not null)
        {
            throw new InvalidOperationException(closed.Message, closed);
        }
    }

    private LiveAnswer? Running(int index)
    {
        lock (door)
        {
            return running.GetValueOrDefault(index);
        }
    }
}
