namespace Packetboat.Storage.Sqlite;

/// <summary>Another process has the store open.</summary>
public sealed class StoreInUseException(string message, Exception? inner = null) : IOException(message, inner);
