namespace Packetboat.Relay.Operations;

/// <summary>Mail that <c>DeliveryMode=Auto</c> gives to the relay instead of its own servers.</summary>
/// <param name="What">All mail, or the provider that takes it.</param>
/// <param name="Reason">What happened.</param>
/// <param name="Since">When.</param>
/// <param name="NextTry">When the direct way is tried again.</param>
public sealed record MovedMail(string What, string Reason, DateTimeOffset Since, DateTimeOffset NextTry);
