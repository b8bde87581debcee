namespace Packetboat.Relay.Operations;

/// <summary>What an operator does with the store as a whole, while mail goes on being taken and sent.</summary>
public interface IStoreUpkeep
{
    /// <summary>
    /// Copies the store as it is at one moment into a file that was not there before, content of large messages included. The file has its
    /// name once it is whole and on the disk, and not before.
    /// </summary>
    Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct);

    /// <summary>Reads everything and says what does not fit together. Nothing is changed.</summary>
    Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct);
}
