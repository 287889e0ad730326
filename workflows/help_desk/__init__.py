"""The help desk 服务台: somebody calls, proves who it is, and is helped."""
