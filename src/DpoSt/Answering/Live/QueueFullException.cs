namespace DpoSt.Answering.Live;

/// <summary>So many texts wait already that no more are taken on: ask again later.</summary>
internal sealed class QueueFullException(string message) : Exception(message);
