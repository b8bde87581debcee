namespace Packetboat.Relay.Configuration;

/// <summary>A password on its way from a file to the one place that sends it. Whatever prints it by accident prints <c>(set)</c>.</summary>
public readonly record struct Secret
{
    private readonly string? _value;

    public Secret(string value) => _value = value;

    public bool IsSet => !string.IsNullOrEmpty(_value);

    /// <summary>The password itself. Its name is long enough to be noticed in a review.</summary>
    public string RevealValue() => _value ?? "";

    public override string ToString() => IsSet ? "(set)" : "";
}
